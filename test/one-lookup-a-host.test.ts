import { AsyncLocalStorage } from 'node:async_hooks';
import { oneLookupAHost } from '../src/one-lookup-a-host';

type Done = (error: Error | null, address?: unknown, family?: number) => void;

/** A resolver that answers when it is told to. */
function resolver() {
  const asked: { host: string; options: unknown; done: Done }[] = [];
  const lookup = (host: string, ...rest: [options: unknown, done: Done]) =>
    void asked.push({ host, options: rest[0], done: rest.at(-1) as Done });
  return { asked, lookup: oneLookupAHost(lookup) };
}

describe('Look-ups of host names', () => {
  test('given a name server that hangs, when a host is asked for again and again, then it is looked up once, and all get its answer', () => {
    const { asked, lookup } = resolver();
    const answers: unknown[] = [];
    for (let i = 0; i < 100; i++) lookup('sms.example', { all: true }, (...answer) => answers.push(answer));
    expect(asked).toHaveLength(1);
    expect(answers).toEqual([]);
    asked[0]?.done(null, '192.0.2.1', 4);
    expect(answers).toEqual(Array(100).fill([null, '192.0.2.1', 4]));
  });

  test('an answer is never kept: who asks after it came is answered anew', () => {
    const { asked, lookup } = resolver();
    const answers: unknown[] = [];
    const done: Done = (_, address) => answers.push(address);
    lookup('redis.example', {}, (_, address) => {
      answers.push(address);
      lookup('redis.example', {}, done);
    });
    asked[0]?.done(null, '192.0.2.1');
    asked[1]?.done(null, '192.0.2.2');
    expect(answers).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  test('a failure is told to all, and the next one asks anew', () => {
    const { asked, lookup } = resolver();
    const failures: unknown[] = [];
    const done: Done = (error) => failures.push(error?.message);
    lookup('sms.example', {}, done);
    lookup('sms.example', {}, done);
    asked[0]?.done(new Error('EAI_AGAIN'));
    lookup('sms.example', {}, done);
    expect(failures).toEqual(['EAI_AGAIN', 'EAI_AGAIN']);
    expect(asked).toHaveLength(2);
  });

  test('other hosts, and other questions about one, wait for nobody', () => {
    const { asked, lookup } = resolver();
    lookup('a.example', {}, () => undefined);
    lookup('b.example', {}, () => undefined);
    lookup('a.example', { family: 6 }, () => undefined);
    lookup('a.example', 4, () => undefined);
    // As `dns.lookup` may be called, too.
    (lookup as (...args: unknown[]) => void)('a.example', () => undefined);
    expect(asked.map(({ host }) => host)).toEqual(['a.example', 'b.example', 'a.example', 'a.example', 'a.example']);
  });

  test('each is answered in the context in which it asked, so that traces and tracked requests stay apart', () => {
    const { asked, lookup } = resolver();
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    for (const name of ['first', 'second'])
      context.run(name, () => lookup('sms.example', {}, () => seen.push(context.getStore())));
    asked[0]?.done(null, '192.0.2.1');
    expect(seen).toEqual(['first', 'second']);
  });

  test('a question that is refused at once is refused as before, and blocks nobody', () => {
    let refuses = true;
    const lookup = oneLookupAHost((_host: string, _options: unknown, done: Done) => {
      if (refuses) throw new TypeError('The argument "family" is invalid');
      done(null, '192.0.2.1');
    });
    expect(() => lookup('sms.example', {}, () => undefined)).toThrow('invalid');
    refuses = false;
    const done = jest.fn();
    lookup('sms.example', {}, done);
    expect(done).toHaveBeenCalledWith(null, '192.0.2.1');
  });
});
