import { AsyncResource } from 'node:async_hooks';

/** The callback comes last, as in `dns.lookup`. */
// biome-ignore lint/suspicious/noExplicitAny: as many kinds of arguments as dns.lookup has.
type Lookup = (host: string, ...rest: any[]) => unknown;
type Callback = (...answer: unknown[]) => void;

/**
 * A `dns.lookup` that looks up a host once at a time: who asks meanwhile gets the same answer. No answer is kept.
 *
 * The system's resolver takes 5 to 20 s over a name whose name server hangs, can't be told to stop, and Node asks it for two hosts at a time at
 * most. Everything that connects to that host gives up sooner and asks again: without this, the questions would pile up, and all others, for
 * Redis' host or another provider's, would wait behind them for as long as the name server hangs.
 */
export function oneLookupAHost<L extends Lookup>(lookup: L): L {
  const waiting = new Map<string, Callback[]>();
  const once: Lookup = (host, ...rest) => {
    // In the context of whoever asks: the first one's would claim all of them.
    const callback = AsyncResource.bind(rest.pop() as Callback);
    const question = JSON.stringify([host, ...rest]);
    const others = waiting.get(question);
    if (others) {
      others.push(callback);
      return;
    }
    const callbacks = [callback];
    waiting.set(question, callbacks);
    try {
      lookup(host, ...rest, (...answer: unknown[]) => {
        waiting.delete(question);
        for (const tell of callbacks) tell(...answer);
      });
    } catch (error) {
      waiting.delete(question);
      throw error;
    }
  };
  return once as L;
}
