import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { type Client, cacheExchange, createClient, fetchExchange } from '@urql/core';
import { serverAudits } from 'graphql-http';
import { captchaOf, IMAGE_CAPTCHA, type Payload, SEND_SMS_CODE, VERIFY_SMS_CODE } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';

type Variables = Record<string, unknown>;
type Ask = (document: string, variables?: Variables) => Promise<Record<string, Payload>>;

describeWithRedis('Clients that others wrote', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(() => shop?.close());

  const url = () => `${shop.server.url}/graphql`;
  const urql = (options: Partial<ConstructorParameters<typeof Client>[0]>) =>
    createClient({ url: url(), exchanges: [cacheExchange, fetchExchange], ...options });

  const clients: [string, () => Ask][] = [
    [
      'Apollo Client',
      () => {
        const client = new ApolloClient({ link: new HttpLink({ uri: url() }), cache: new InMemoryCache() });
        return async (document, variables) => {
          const parsed = gql(document);
          const { data } = document.startsWith('mutation')
            ? await client.mutate({ mutation: parsed, variables })
            : await client.query({ query: parsed, variables, fetchPolicy: 'network-only' });
          return data as Record<string, Payload>;
        };
      },
    ],
    [
      'urql, with preferGetMethod: false and requestPolicy: network-only',
      () => {
        const client = urql({ preferGetMethod: false, requestPolicy: 'network-only' });
        return async (document, variables = {}) => {
          const asked = document.startsWith('mutation')
            ? client.mutation(document, variables)
            : client.query(document, variables);
          const { data, error } = await asked.toPromise();
          if (error) throw error;
          return data as Record<string, Payload>;
        };
      },
    ],
  ];

  test.each(clients)('%s gets a captcha, a code, and a number confirmed', async (_, open) => {
    const ask = open();
    const mobile = shop.newMobile();
    const { imageCaptcha: first } = await ask(IMAGE_CAPTCHA);
    const { imageCaptcha } = await ask(IMAGE_CAPTCHA);
    expect(imageCaptcha?.uuid).not.toBe(first?.uuid);
    const uuid = imageCaptcha?.uuid ?? '';
    const { sendSmsCode } = await ask(SEND_SMS_CODE, { mobile, imageCode: await captchaOf(shop.redis, uuid), uuid });
    expect(sendSmsCode).toMatchObject({ code: 200, reason: 'OK', retryAfter: 60 });
    const smsCode = await shop.redis.get(`sms:${mobile}`);
    const { verifySmsCode } = await ask(VERIFY_SMS_CODE, { mobile, smsCode, uuid });
    expect(verifySmsCode).toMatchObject({ code: 200, reason: 'OK' });
  });

  test('urql as it comes sends queries by GET, and is told which setting it needs', async () => {
    const { error } = await urql({}).query(IMAGE_CAPTCHA, {}).toPromise();
    expect(error?.message).toContain('preferGetMethod: false');
  });

  test('the audits of graphql-http find nothing that GraphQL over HTTP demands and this server does not do', async () => {
    const audits = serverAudits({ url: url(), fetchFn: fetch });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    expect(results.filter(({ status }) => status === 'ok').length).toBeGreaterThan(50);
    expect(results.filter(({ status }) => status === 'error').map(({ name }) => name)).toEqual([]);
  });
});
