import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createWebhookSender } from '../../src/sms/webhook/webhook-sender';
import { waitUntil } from '../harness/wait-until';
import { newMessage, PATIENT_MS } from './contract';

const RECEIVER = path.join(__dirname, '../../examples/webhook-receiver/receiver.js');
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

describe('examples/webhook-receiver', () => {
  let receiver: ChildProcess;
  let output = '';
  let url = '';
  beforeAll(async () => {
    receiver = spawn(process.execPath, [RECEIVER], { env: { PORT: '0', WEBHOOK_SECRET: SECRET } });
    receiver.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await waitUntil('the receiver listens', () => /Receiving at \S+/.test(output));
    url = /Receiving at (\S+)/.exec(output)?.[1] ?? '';
  });
  afterAll(async () => {
    receiver.kill();
    await once(receiver, 'exit');
  });

  const sender = (secret: string, clock = Date.now) =>
    createWebhookSender({ url, secrets: [secret], timeoutMs: PATIENT_MS }, { clock });

  test('takes a message that we signed', async () => {
    const message = newMessage();
    expect(await sender(SECRET).send(message)).toMatchObject({
      class: 'accepted',
      messageId: expect.stringMatching(/^example-\d+$/),
    });
    const line = `To +86${message.mobile} (REGISTER, zh): your code is ${message.code}`;
    await waitUntil('it tells what it took', () => output.includes(line));
  });

  test.each([
    ['signed by somebody else', OTHER_SECRET, Date.now],
    ['signed ten minutes ago', SECRET, () => Date.now() - 600_000],
  ])('turns a message down that was %s', async (_, secret, clock) => {
    const message = newMessage();
    expect(await sender(secret, clock).send(message)).toMatchObject({ class: 'misconfigured' });
    expect(output).not.toContain(message.code);
  });
});
