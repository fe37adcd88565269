import { readJsonObject } from '../json-object';
import { jsonAnswer, type PushAnswer } from '../provider-push';

const TAKEN = '000000';
const NOT_UNDERSTOOD = '172001';

/** A notification of Ronglian: the fields of its `Request`, in JSON or XML as the application is set up, and answers in the same. */
export interface RonglianPush {
  fields: Record<string, unknown> | undefined;
  taken: PushAnswer;
  notUnderstood: PushAnswer;
}

export function readRonglianPush(body: string): RonglianPush {
  const isXml = body.trimStart().startsWith('<');
  return {
    fields: isXml ? xmlFields(body) : jsonFields(body),
    taken: answerIn(isXml, 200, TAKEN),
    notUnderstood: answerIn(isXml, 400, NOT_UNDERSTOOD),
  };
}

function jsonFields(body: string): Record<string, unknown> | undefined {
  const value = readJsonObject(body);
  const request = value?.Request ?? value?.request ?? value;
  return typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : undefined;
}

/**
 * The simple elements of a document; nothing else of XML is read, no entity is resolved. Undefined where one stands there twice or text is
 * quoted (CDATA, a comment): what a person wrote would else be read as elements, and name another sender.
 */
function xmlFields(body: string): Record<string, unknown> | undefined {
  const elements = [...body.matchAll(/<(\w{1,32})>([^<>&]*)<\/\1>/g)];
  const fields = Object.fromEntries(elements.map(([, name, text]) => [name, text]));
  return Object.keys(fields).length < elements.length || body.includes('<!') ? undefined : fields;
}

function answerIn(isXml: boolean, status: number, statuscode: string): PushAnswer {
  if (!isXml) return jsonAnswer(status, { Response: { statuscode } });
  const body = `<?xml version="1.0" encoding="UTF-8"?><Response><statuscode>${statuscode}</statuscode></Response>`;
  return { status, contentType: 'application/xml; charset=utf-8', body };
}
