import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');

/** The shell blocks of one section, in order. */
function shellBlocks(heading: string): string[] {
  const section = README.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
}

describeWithRedis('the README', () => {
  let redisServer: RedisServer;
  let redis: Redis;
  let server: ServerProcess;
  let folder: string;
  beforeAll(async () => {
    redisServer = await startRedis();
    redis = new Redis(redisServer.url);
    server = await startServer({ REDIS_URL: redisServer.url });
    folder = mkdtempSync(join(tmpdir(), 'readme-'));
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    redis.disconnect();
    await redisServer.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const shell = (script: string) =>
    execFileSync('bash', ['--norc', '-ec', script], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } });

  test('given a running server, when its three blocks are pasted, then a number is confirmed', async () => {
    const [captcha = '', send = '', verify = ''] = shellBlocks('From captcha to confirmed number').map((block) =>
      block.replaceAll('http://localhost:4000', server.url),
    );
    const api = captcha.split('\n')[0] ?? '';

    shell(captcha);
    const file = readFileSync(join(folder, 'captcha.png'));
    expect(file.subarray(1, 4).toString()).toBe('PNG');

    // What a person reads in the picture and in the log.
    const { uuid } = JSON.parse(readFileSync(join(folder, 'captcha.json'), 'utf8')).data.imageCaptcha;
    const answer = (await redis.get(`img:${uuid}`)) ?? '';
    const sent = shell(`${api}\n${send.replace('ANSWER=ABCDE', `ANSWER=${answer}`)}`);
    expect(JSON.parse(sent).data.sendSmsCode).toEqual({ reason: 'OK', errmsg: '发送短信成功', retryAfter: 60 });

    const printed = () => /verification code (\d{6}).*console sender/.exec(server.stdout)?.[1];
    await waitUntil('the code is printed', () => printed() !== undefined);
    const code = printed() ?? '';
    const names = send.match(/^(?:MOBILE|CAPTCHA)=.*$/gm)?.join('\n');
    const verified = shell(`${api}\n${names}\n${verify.replace('CODE=123456', `CODE=${code}`)}`);
    expect(JSON.parse(verified).data.verifySmsCode.reason).toBe('OK');
  }, 30_000);

  test('given its links to files, when they are followed, then the files are there', () => {
    for (const [, target = ''] of README.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(() => readFileSync(join(__dirname, '../..', target))).not.toThrow();
    }
  });
});
