import type { Store } from '../store/store';
import type { Observer, StoreOperation } from '../verification/events';

/** Wraps the store and reports to `observe` how long each step took and whether it succeeded. */
export function observedStore(store: Store, observe: Observer): Store {
  async function timed<T>(operation: StoreOperation, step: () => Promise<T>): Promise<T> {
    const started = performance.now();
    let outcome: 'ok' | 'unavailable' = 'unavailable';
    try {
      const result = await step();
      outcome = 'ok';
      return result;
    } finally {
      observe({ type: 'store-answered', operation, outcome, durationMs: performance.now() - started });
    }
  }
  return {
    issueCaptcha: (...args) => timed('issueCaptcha', () => store.issueCaptcha(...args)),
    peekCaptcha: (...args) => timed('peekCaptcha', () => store.peekCaptcha(...args)),
    reserveSend: (...args) => timed('reserveSend', () => store.reserveSend(...args)),
    refundSend: (...args) => timed('refundSend', () => store.refundSend(...args)),
    checkCode: (...args) => timed('checkCode', () => store.checkCode(...args)),
    noteMessage: (...args) => timed('noteMessage', () => store.noteMessage(...args)),
    readMessage: (...args) => timed('readMessage', () => store.readMessage(...args)),
    linkMessage: (...args) => timed('linkMessage', () => store.linkMessage(...args)),
    linkedMessage: (...args) => timed('linkedMessage', () => store.linkedMessage(...args)),
    startInbound: (...args) => timed('startInbound', () => store.startInbound(...args)),
    confirmInbound: (...args) => timed('confirmInbound', () => store.confirmInbound(...args)),
    inboundStatus: (...args) => timed('inboundStatus', () => store.inboundStatus(...args)),
    ping: () => timed('ping', () => store.ping()),
    close: () => store.close(),
  };
}
