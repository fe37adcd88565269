import { graphql } from 'cm6-graphql';
import { basicSetup, EditorView } from 'codemirror';
import { buildClientSchema, getIntrospectionQuery, parse, print } from 'graphql';
import * as operations from '../../packages/client/src/generated/graphql';

const SETTINGS = 'query Settings {\n  verificationSettings {\n    codeLength\n    cooldown\n    purposes\n  }\n}';
const EXAMPLES = [
  // Pages send them without line breaks.
  ...Object.values(operations).flatMap((text: unknown) => (typeof text === 'string' ? [print(parse(text))] : [])),
  SETTINGS,
];
const VARIABLES = {
  GetCaptcha: { kind: 'IMAGE' },
  SendSmsCode: { mobile: '13800138000', imageCode: '', uuid: '' },
  VerifySmsCode: { mobile: '13800138000', smsCode: '', uuid: '' },
};
/** Of a captcha's data URI no more is shown as text: it is shown as a picture. */
const SHOWN_CHARACTERS = 100;

const element = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;

/** An editor that knows the schema and runs what it holds. Needs nothing from elsewhere. */
export async function openEditor(endpoint: string): Promise<void> {
  element('sandbox').hidden = true;
  element('offline').hidden = false;
  const choice = element<HTMLSelectElement>('operation');
  const variables = element<HTMLTextAreaElement>('variables');
  let uuid = '';

  const post = async (body: object) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  const answerOf = async (body: object) => {
    try {
      return await post(body);
    } catch (error) {
      return { errors: [{ message: `${endpoint} gave no answer: ${(error as Error).message}` }] };
    }
  };

  const introspection = await answerOf({ query: getIntrospectionQuery() });
  const editor = new EditorView({
    parent: element('query'),
    extensions: [basicSetup, introspection.data ? graphql(buildClientSchema(introspection.data)) : []],
  });
  if (!introspection.data) show(introspection);

  for (const text of EXAMPLES) choice.add(new Option(/^\w+ (\w+)/.exec(text)?.[1], text));
  const choose = () => {
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: choice.value } });
    const name = choice.selectedOptions[0]?.text as keyof typeof VARIABLES;
    const example: Record<string, string> = VARIABLES[name] ?? {};
    // The last captcha's, so that it need not be copied.
    variables.value = JSON.stringify({ ...example, ...('uuid' in example && { uuid }) }, null, 2);
  };
  choice.addEventListener('change', choose);
  choose();

  const run = async () => {
    let values: unknown;
    try {
      values = JSON.parse(variables.value || '{}');
    } catch (error) {
      return show({ errors: [{ message: `The variables are not valid JSON: ${(error as Error).message}` }] });
    }
    const answer = await answerOf({ query: editor.state.doc.toString(), variables: values });
    uuid = answer.data?.imageCaptcha?.uuid ?? uuid;
    show(answer);
  };
  element('run').addEventListener('click', run);
  // Before the editor, which would begin a line.
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    void run();
  };
  document.addEventListener('keydown', keys, { capture: true });
}

interface Answer {
  data?: { imageCaptcha?: { image?: string; audio?: string } };
  errors?: { message: string }[];
}

function show(answer: Answer): void {
  const { image, audio } = answer.data?.imageCaptcha ?? {};
  const picture = element<HTMLImageElement>('picture');
  picture.hidden = !image;
  if (image) picture.src = image;
  if (audio) void new Audio(audio).play();
  const short = (_: string, value: unknown) =>
    typeof value === 'string' && value.startsWith('data:') ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
  element('answer').textContent = JSON.stringify(answer, short, 2);
}
