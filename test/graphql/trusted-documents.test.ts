import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { buildSchema, getIntrospectionQuery, parse, print } from 'graphql';
import * as clientOperations from '../../packages/client/src/generated/graphql';
import * as parsedOperations from '../../packages/client/src/generated/nodes/graphql';
import { type ConfigError, loadConfig } from '../../src/config/config';
import { TrustedDocuments } from '../../src/graphql/trusted-documents';
import { ApiClient } from '../harness/api-client';
import { ServerProcess, startServer } from '../harness/server-process';

const ROOT = join(__dirname, '../..');
const OPERATIONS = `
  query Captcha($kind: CaptchaKind! = IMAGE) { imageCaptcha(kind: $kind) { uuid reason code } }
  mutation Verify($mobile: String!, $smsCode: String!) { verifySmsCode(mobile: $mobile, smsCode: $smsCode) { reason } }
  mutation Fixed { verifySmsCode(mobile: "13800138000", smsCode: "123456", uuid: ",") { reason } }`;
const STRANGE = '{ imageCaptcha { reason } }';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
let manifestFile: string;
/** What graphql-codegen's client preset wrote, by the name of the operation. */
let captcha: { hash: string; text: string };
let verify: { hash: string; text: string };
let fixed: { hash: string; text: string };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trusted-'));
  writeFileSync(join(folder, 'operations.graphql'), OPERATIONS);
  const out = `${folder}/out/`;
  const target = { preset: 'client', presetConfig: { persistedDocuments: true }, config: { documentMode: 'string' } };
  const config = {
    schema: join(ROOT, 'schema.graphql'),
    documents: join(folder, 'operations.graphql'),
    generates: { [out]: target },
  };
  writeFileSync(join(folder, 'codegen.json'), JSON.stringify(config));
  const codegen = join(ROOT, 'node_modules/.bin/graphql-codegen');
  execFileSync(codegen, ['--config', join(folder, 'codegen.json')], { cwd: ROOT, stdio: 'pipe' });
  manifestFile = join(out, 'persisted-documents.json');
  const manifest = Object.entries<string>(JSON.parse(readFileSync(manifestFile, 'utf8')));
  const named = (name: string) => {
    const [hash = '', text = ''] = manifest.find(([, text]) => text.includes(name)) ?? [];
    return { hash, text };
  };
  captcha = named('Captcha');
  verify = named('Verify');
  fixed = named('Fixed');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The ways in which a request names a document: the draft of GraphQL over HTTP, and Apollo's persisted queries. */
const bare = (hash: string) => hash.replace('sha256:', '');
const WAYS: [string, (hash: string) => Record<string, unknown>][] = [
  ['documentId with its algorithm', (hash) => ({ documentId: hash })],
  ['documentId without', (hash) => ({ documentId: bare(hash) })],
  ['persistedQuery', (hash) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: bare(hash) } } })],
  [
    'persistedQuery with its algorithm',
    (hash) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }),
  ],
];

const servers = new Map<string, ServerProcess>();
beforeAll(async () => {
  for (const mode of ['allow', 'only']) {
    servers.set(mode, await startServer({ TRUSTED_DOCUMENTS: manifestFile, TRUSTED_DOCUMENTS_MODE: mode }));
  }
}, 60_000);
afterAll(() => Promise.all([...servers.values()].map((server) => server.stop())));

describe.each(['allow', 'only'])('TRUSTED_DOCUMENTS, mode %s', (mode) => {
  let server: ServerProcess;
  let api: ApiClient;
  beforeAll(() => {
    server = servers.get(mode) as ServerProcess;
    api = new ApiClient(server.url);
  });

  const get = (parameters: object, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/graphql?${new URLSearchParams({ ...parameters })}`, { headers });
  const preflighted = { 'content-type': 'application/json' };

  test.each(WAYS)('given a hash as %s, when it is posted twice, then both run the document', async (_, body) => {
    for (const _time of ['parsed', 'remembered']) {
      const answer = await api.post({ ...body(captcha.hash), variables: { kind: 'IMAGE' } });
      expect(answer.body).toEqual({ data: { imageCaptcha: { code: 200, reason: 'OK', uuid: expect.any(String) } } });
    }
    const variables = { mobile: '13800138000', smsCode: '123456' };
    const { body: verified } = await api.post({ ...body(verify.hash), variables });
    expect(verified).toEqual({ data: { verifySmsCode: { reason: 'SMS_CODE_EXPIRED' } } });
  });

  test('given the hash of a document as graphql-js prints it, or an empty text beside a hash, then it is run', async () => {
    const printed = { version: 1, sha256Hash: sha256(print(parse(captcha.text))) };
    for (const body of [{ extensions: { persistedQuery: printed } }, { query: '', documentId: captcha.hash }]) {
      expect((await api.post(body)).body).toMatchObject({ data: { imageCaptcha: { reason: 'OK' } } });
    }
  });

  test('given the hash of a query, when a client GETs it, then it is answered, and kept by nobody', async () => {
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: bare(captcha.hash) } });
    for (const parameters of [{ documentId: captcha.hash }, { extensions }]) {
      const answer = await get({ ...parameters, variables: '{"kind":"IMAGE"}' }, preflighted);
      expect(await answer.json()).toMatchObject({ data: { imageCaptcha: { reason: 'OK' } } });
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('given a GET that a link could make, or of a mutation, or with a text, then nothing runs', async () => {
    const variables = JSON.stringify({ mobile: '13800138000', smsCode: '123456' });
    const link = await get({ documentId: captcha.hash });
    expect([link.status, await link.text()]).toEqual([400, expect.not.stringContaining('"data"')]);
    const mutation = await get({ documentId: verify.hash, variables }, preflighted);
    expect([mutation.status, await mutation.text()]).toEqual([405, expect.not.stringContaining('"data"')]);
    for (const parameters of [{ query: captcha.text }, { query: captcha.text, documentId: captcha.hash }]) {
      expect((await get(parameters, preflighted)).status).toBe(405);
    }
    for (const extensions of ['{', 'null', '[]', '{"persistedQuery":1}']) {
      expect((await get({ extensions }, preflighted)).status).toBe(400);
    }
  });

  test('given an unknown hash, then clients are told as Apollo Server tells them, under each media type', async () => {
    const unknown = [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }];
    for (const [accept, status] of [
      ['application/json', 200],
      ['application/graphql-response+json', 400],
    ] as const) {
      for (const documentId of [sha256(STRANGE), '', 7, {}, '__proto__', 'constructor']) {
        const answer = await api.post({ documentId }, { accept });
        expect([answer.status, answer.body]).toEqual([status, { errors: unknown }]);
      }
    }
  });

  test('given several requests in one, then none is answered', async () => {
    const { status, text } = await api.post([{ documentId: captcha.hash }, { documentId: captcha.hash }]);
    expect([status, text]).toEqual([400, expect.not.stringContaining('"data"')]);
  });

  test.each([false, true])(
    'Apollo Client with hashes of its own runs a known document; GET: %s',
    async (useGETForHashedQueries) => {
      const requests: string[] = [];
      const client = new ApolloClient({
        cache: new InMemoryCache(),
        link: new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(
          new HttpLink({
            uri: `${server.url}/graphql`,
            fetch: (input, init) => {
              requests.push(String(init?.method));
              return fetch(input, init);
            },
          }),
        ),
      });
      // The text in the manifest has its fields in order; the client asks for the type of every object besides.
      const { data } = await client.query<{ imageCaptcha: object }>({
        query: gql(captcha.text),
        fetchPolicy: 'no-cache',
      });
      expect(data?.imageCaptcha).toMatchObject({ __typename: 'ImageCaptcha', reason: 'OK' });
      expect(requests).toEqual([useGETForHashedQueries ? 'GET' : 'POST']);
    },
  );
});

describe('TRUSTED_DOCUMENTS_MODE=only', () => {
  let server: ServerProcess;
  let api: ApiClient;
  beforeAll(() => {
    server = servers.get('only') as ServerProcess;
    api = new ApiClient(server.url);
  });

  const NOT_TRUSTED = { errors: [{ message: expect.any(String), extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] };

  test.each([
    ['another query', () => STRANGE],
    ['what cannot be parsed', () => '{{{'],
    ['more tokens than are ever parsed', () => `{ ${'a '.repeat(2_000)}}`],
    ['introspection', () => getIntrospectionQuery()],
    ['a known text with one field more', () => captcha.text.replace('code', 'code image')],
    ['a known text behind a comment', () => `#\n${captcha.text}`],
  ])('given %s, then it is refused before anything reads it', async (_, text) => {
    const query = text();
    const { status, body } = await api.query(query);
    expect([status, body]).toEqual([400, NOT_TRUSTED]);
    // Its own hash beside it makes it no better, nor that of a known one.
    for (const sha256Hash of [sha256(query), bare(captcha.hash)]) {
      const answer = await api.post({ query, extensions: { persistedQuery: { version: 1, sha256Hash } } });
      expect(answer.body).toEqual(NOT_TRUSTED);
    }
    expect((await api.post({ query, documentId: captcha.hash })).body).toEqual(NOT_TRUSTED);
  });

  test('given a known text, with other blanks as well, then it is run', async () => {
    for (const query of [
      captcha.text,
      captcha.text.replaceAll(' ', '\n\t'),
      captcha.text.replace(/ ?([{}()=:]) ?/g, '$1'),
    ]) {
      expect((await api.query(query)).body).toMatchObject({ data: { imageCaptcha: { reason: 'OK' } } });
    }
  });

  test('given a text that differs from a known one within a value, then nothing but the known one is run', async () => {
    // Read as blanks between words, the two are one text; read as a value, this one is blank: MISSING_PARAMETER.
    const { body } = await api.query(fixed.text.replace('","', '" "'));
    expect(body).toEqual({ data: { verifySmsCode: { reason: 'SMS_CODE_EXPIRED' } } });
  });

  test('given the texts of this server’s own client, then they are known by themselves', async () => {
    expect((await api.query(String(clientOperations.GetCaptchaDocument))).body).toMatchObject({
      data: { imageCaptcha: { reason: 'OK' } },
    });
    const apollo = new ApolloClient({
      cache: new InMemoryCache(),
      link: new HttpLink({ uri: `${server.url}/graphql` }),
    });
    const query = parsedOperations.GetCaptchaDocument;
    const { data } = await apollo.query({ query, variables: {}, fetchPolicy: 'no-cache' });
    expect(data?.imageCaptcha).toMatchObject({ __typename: 'ImageCaptcha', reason: 'OK' });
  });

  test.each(WAYS)(
    'given the hash of one of those as %s, which no manifest has, then it is run as well',
    async (_, body) => {
      const hash = `sha256:${sha256(String(clientOperations.GetCaptchaDocument))}`;
      expect((await api.post({ ...body(hash) })).body).toMatchObject({ data: { imageCaptcha: { reason: 'OK' } } });
    },
  );

  test.each([{}, { query: '' }, { query: 7 }, { query: null }, { query: [STRANGE] }, { query: { kind: 'Document' } }])(
    'given %j, which is no text and no hash, then nothing runs',
    async (body) => {
      const { status, text } = await api.post(body);
      expect([status, text]).toEqual([400, expect.not.stringContaining('"data"')]);
    },
  );
});

describe('TRUSTED_DOCUMENTS and the start', () => {
  const schema = buildSchema(readFileSync(join(ROOT, 'schema.graphql'), 'utf8'));
  const file = () => join(folder, 'manifest.json');

  test.each([
    ['is not there', undefined, /^TRUSTED_DOCUMENTS names a file that cannot be read: .*\(ENOENT\)$/],
    ['is no JSON', '{', /^TRUSTED_DOCUMENTS names a file that is not valid JSON: /],
    ['is a list', '["{ __typename }"]', /^TRUSTED_DOCUMENTS must name a file of \{"hash": "document", …\}/],
    ['holds what is no text', '{"a":1}', /^TRUSTED_DOCUMENTS must name a file of/],
    ['holds what is no GraphQL', '{"a":"query {"}', /^TRUSTED_DOCUMENTS: document "a" can't be run: Syntax Error/],
    ['asks for what there is not', '{"a":"{ b }"}', /^TRUSTED_DOCUMENTS: document "a" can't be run: Cannot query/],
    [
      'asks for two captchas at once',
      '{"a":"{ x: imageCaptcha { uuid } y: imageCaptcha { uuid } }"}',
      /^TRUSTED_DOCUMENTS: document "a" can't be run: One operation may ask for one of/,
    ],
  ])('given a manifest that %s, then there is one problem, which says so', (_, manifest, line) => {
    if (manifest === undefined) rmSync(file(), { force: true });
    else writeFileSync(file(), manifest);
    let problems: readonly string[] = [];
    try {
      const { trustedDocuments } = loadConfig({ TRUSTED_DOCUMENTS: file() });
      new TrustedDocuments(schema, trustedDocuments ?? { manifest: {}, only: false }, []);
    } catch (error) {
      problems = (error as ConfigError).problems;
    }
    expect(problems).toEqual([expect.stringMatching(line)]);
  });

  test('given a manifest of several bad documents, then all of them are told at once', () => {
    const manifest = { a: '{ b }', good: '{ __typename }', c: '{' };
    const start = () => new TrustedDocuments(schema, { manifest, only: false }, []);
    const problems = ['a', 'c'].map((id) =>
      expect.stringMatching(`^TRUSTED_DOCUMENTS: document "${id}" can't be run: `),
    );
    expect(start).toThrow(expect.objectContaining({ problems }));
  });

  test('given a manifest that the schema cannot run, when the server starts, then it ends with that line', async () => {
    writeFileSync(file(), '{"a":"{ b }"}');
    const server = new ServerProcess({ TRUSTED_DOCUMENTS: file() });
    const { code } = await server.exited;
    expect(code).toBe(1);
    expect(server.stderr.trim().split('\n')).toEqual([
      'Bad settings:',
      expect.stringContaining(`TRUSTED_DOCUMENTS: document "a" can't be run: Cannot query field "b"`),
    ]);
  });

  test('given no setting, then a hash is as unknown as ever, and a GET stays refused', async () => {
    const server = await startServer();
    const [, asHash] = WAYS[2] ?? [];
    const { body } = await new ApiClient(server.url).post(asHash?.(captcha.hash));
    expect(body.errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
    const { status } = await fetch(`${server.url}/graphql?query=x&documentId=${captcha.hash}`);
    expect(status).toBe(405);
    await server.stop();
  });

  test('given the mode alone, then this server’s own client is answered and nothing else', async () => {
    const server = await startServer({ TRUSTED_DOCUMENTS_MODE: 'only' });
    const api = new ApiClient(server.url);
    expect((await api.query(captcha.text)).body.errors?.[0]?.extensions.code).toBe('DOCUMENT_NOT_TRUSTED');
    const { body } = await api.query(String(clientOperations.GetCaptchaDocument));
    expect(body).toMatchObject({ data: { imageCaptcha: { reason: 'OK' } } });
    await server.stop();
  });
});
