/**
 * The bare server with this product's limits: its rules and its Redis store behind plain HTTP, without GraphQL, services, events,
 * metrics, notes for operators and a sender. What a send costs beyond this is what the rest of the product costs.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import svgCaptcha from 'svg-captcha';
import { loadConfig } from '../../src/config/config';
import { ClientIds, clientAddress } from '../../src/http/client-address';
import { LimitRules } from '../../src/limits/rules';
import { openStore } from '../../src/store/open-store';
import { captchaBody, randomCode, servePlain } from './plain-http';

async function main(): Promise<void> {
  const config = loadConfig();
  const { ttlMs } = config.captcha;
  const store = await openStore(config.store);
  const rules = new LimitRules(config.limits, ttlMs);
  const clients = new ClientIds(config.clientHashSecret);
  const clientOf = ({ socket, headers }: IncomingMessage) =>
    clients.of(clientAddress(socket.remoteAddress ?? '', headers['x-forwarded-for'] as string, config.trustProxy));
  servePlain({
    imageCaptcha(request) {
      const { text, data } = svgCaptcha.create({ size: 5 });
      const uuid = randomUUID();
      const limits = rules.captcha(clientOf(request));
      return store.issueCaptcha({ uuid, text, ttlMs, limits }).then(() => captchaBody(uuid, data));
    },
    sendSmsCode({ mobile, imageCode, uuid }, request) {
      const client = clientOf(request);
      const reservation = {
        captcha: { uuid, answer: imageCode },
        mobile,
        purpose: 'REGISTER' as const,
        smsId: uuid,
        code: randomCode(),
        ttlMs: config.smsCode.codeTtlMs,
        limits: rules.send(mobile, client),
        lockout: rules.lockout,
        solved: rules.unsolved(client),
      };
      return store.reserveSend(reservation).then(({ status }) => status);
    },
    verifySmsCode({ mobile, smsCode, uuid }, request) {
      const check = {
        ...{ mobile, uuid, code: smsCode },
        purpose: 'REGISTER' as const,
        lockout: rules.lockout,
        foreignCodes: false,
        ...rules.verify(clientOf(request)),
      };
      return store.checkCode(check).then(({ status }) => status);
    },
  });
}

void main();
