/**
 * The yardstick: the least that does the job, as good as it is written by hand. ioredis, one Lua round trip a request, svg-captcha's own
 * drawing. No GraphQL, no limits but the cooldown.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import svgCaptcha from 'svg-captcha';
import { captchaBody, randomCode, servePlain } from './plain-http';

type Call = (keys: number, ...args: (string | number)[]) => Promise<string | number>;

const redis = new Redis(process.env.REDIS_URL ?? '', {
  scripts: {
    send: {
      lua: `local text = redis.call('GETDEL', KEYS[1])
        if not text then return 'expired' end
        if string.lower(text) ~= ARGV[1] then return 'mismatch' end
        if not redis.call('SET', KEYS[3], 1, 'NX', 'EX', 60) then return 'frequent' end
        redis.call('SET', KEYS[2], ARGV[2], 'EX', 300)
        return 'ok'`,
    },
    verify: {
      lua: `local code = redis.call('GET', KEYS[1])
        if not code then return 'expired' end
        if code ~= ARGV[1] then
          local count = redis.call('INCR', KEYS[2])
          redis.call('EXPIRE', KEYS[2], 300)
          if count >= 5 then redis.call('DEL', KEYS[1]) end
          return 'mismatch'
        end
        redis.call('DEL', KEYS[1], KEYS[2])
        return 'ok'`,
    },
  },
});
const scripts = redis as unknown as { send: Call; verify: Call };

/** Commands of one turn of the event loop go out in one write: a fifth less than with the library's auto-pipelining. */
let held: Redis['stream'] | undefined;
function holdBack(): void {
  if (held) return;
  held = redis.stream;
  held.cork();
  setImmediate(() => {
    held?.uncork();
    held = undefined;
  });
}

servePlain({
  imageCaptcha() {
    const { text, data } = svgCaptcha.create({ size: 5 });
    const uuid = randomUUID();
    holdBack();
    return redis.set(`img:${uuid}`, text, 'EX', 300).then(() => captchaBody(uuid, data));
  },
  sendSmsCode({ mobile, imageCode, uuid }) {
    const given = imageCode.trim().toLowerCase();
    holdBack();
    return scripts.send(3, `img:${uuid}`, `sms:${mobile}`, `cooldown:${mobile}`, given, randomCode());
  },
  verifySmsCode({ mobile, smsCode }) {
    holdBack();
    return scripts.verify(2, `sms:${mobile}`, `attempts:${mobile}`, smsCode);
  },
});
