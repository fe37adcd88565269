import { MemoryStore } from '../../src/store/memory/memory-store';
import { StoreUnavailableError } from '../../src/store/store';
import { LocalApp } from '../observability/local-app';

const SEND = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!) {
  sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { code reason inbound { text } }
}`;
const START = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!) {
  startInboundVerification(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { code reason inbound { text } }
}`;
const STATUS = `query ($mobile: String!, $uuid: String!) {
  inboundStatus(mobile: $mobile, uuid: $uuid) { code reason state ticket }
}`;

/** Fails at every step of a verification by message, and at no other. */
class WithoutInbound extends MemoryStore {
  override startInbound(): Promise<never> {
    return Promise.reject(new StoreUnavailableError('gone'));
  }

  override inboundStatus(): Promise<never> {
    return Promise.reject(new StoreUnavailableError('gone'));
  }
}

describe('A store that fails while a text is to be asked for', () => {
  let app: LocalApp;
  beforeAll(async () => {
    const settings = {
      RECEIPTS_SECRET: 'b1946ac92492d2347c6235b4d2611184',
      INBOUND_NUMBERS: '1069012345678',
      INBOUND_ALWAYS: 'true',
      SMS_DAILY_BUDGET: '1',
    };
    app = await LocalApp.start(settings, { store: new WithoutInbound() });
    expect((await app.send(app.newMobile())).reason).toBe('OK');
  });
  afterAll(() => app?.close());

  const ask = async (query: string) =>
    (await app.api.query(query, { mobile: app.newMobile(), ...(await app.seededCaptcha()) })).body;

  test('given a send that was refused, when it fails then, then the refusal is told as ever, and nothing to send', async () => {
    const { data, errors } = await ask(SEND);
    expect(errors).toBeUndefined();
    expect(data?.sendSmsCode).toEqual({ code: 400, reason: 'QUOTA_EXCEEDED', inbound: null });
  });

  test('given nothing else was asked for, then it is unavailable', async () => {
    const started = await ask(START);
    expect(started.errors).toBeUndefined();
    expect(started.data?.startInboundVerification).toEqual({ code: 400, reason: 'SERVICE_UNAVAILABLE', inbound: null });
    const told = await app.api.query(STATUS, { mobile: app.newMobile(), uuid: 'u' });
    expect(told.body.data?.inboundStatus).toEqual({
      code: 400,
      reason: 'SERVICE_UNAVAILABLE',
      state: null,
      ticket: null,
    });
  });
});
