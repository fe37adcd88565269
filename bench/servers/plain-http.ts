/** HTTP as the bare servers speak it: node:http with callbacks, plain JSON in and out, answers that are ready. */
import { randomInt } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Body {
  mobile: string;
  imageCode: string;
  uuid: string;
  smsCode: string;
}

/** What a script answered; 'ok' is success. */
type Answered = Promise<string | number>;

export interface Routes {
  /** The whole body of the answer. */
  imageCaptcha(request: IncomingMessage): Promise<string>;
  sendSmsCode(body: Body, request: IncomingMessage): Answered;
  verifySmsCode(body: Body, request: IncomingMessage): Answered;
}

const headOf = (body: string) => [
  ...['content-type', 'application/json'],
  ...['content-length', String(Buffer.byteLength(body))],
];
const ANSWERS = new Map(
  ['ok', 'expired', 'mismatch', 'frequent'].map((reason) => {
    const body = JSON.stringify({ code: reason === 'ok' ? 200 : 400, errmsg: reason });
    return [reason as string | number, { body, head: headOf(body) }];
  }),
);
const FAILED = { body: '{"code":400,"errmsg":"failed"}', head: headOf('{"code":400,"errmsg":"failed"}') };

export const randomCode = (): string => randomInt(1_000_000).toString().padStart(6, '0');

export function captchaBody(uuid: string, svg: string): string {
  const image = Buffer.from(svg).toString('base64');
  return `{"code":200,"errmsg":"OK","uuid":"${uuid}","image":"data:image/svg+xml;base64,${image}"}`;
}

/** Listens on PORT. */
export function servePlain({ imageCaptcha, sendSmsCode, verifySmsCode }: Routes): void {
  const fail = (response: ServerResponse) => response.writeHead(200, FAILED.head).end(FAILED.body);
  const answer = (response: ServerResponse, answered: Answered): void => {
    answered.then(
      (reason) => {
        const { body, head } = ANSWERS.get(reason) ?? FAILED;
        response.writeHead(200, head).end(body);
      },
      () => fail(response),
    );
  };
  const routes = new Map<string, (response: ServerResponse, body: Body, request: IncomingMessage) => void>([
    [
      '/imageCaptcha',
      (response, _body, request) => {
        imageCaptcha(request).then(
          (body) => response.writeHead(200, headOf(body)).end(body),
          () => fail(response),
        );
      },
    ],
    ['/sendSmsCode', (response, body, request) => answer(response, sendSmsCode(body, request))],
    ['/verifySmsCode', (response, body, request) => answer(response, verifySmsCode(body, request))],
  ]);
  const server = createServer((request, response) => {
    const route = routes.get(request.url ?? '');
    if (!route) return response.writeHead(404).end();
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      let body: Body;
      try {
        body = JSON.parse(text);
      } catch {
        return response.writeHead(400).end();
      }
      route(response, body, request);
    });
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');
}
