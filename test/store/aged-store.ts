import type { OpenedStore } from '../../src/store/store';

/** A store whose keys a test makes older: what a caller was told of the past stays where it was told. */
export function agedStore(
  store: OpenedStore,
  agedMs: () => number,
  watch: <T>(answer: Promise<T>) => Promise<T> = (answer) => answer,
): OpenedStore {
  return {
    issueCaptcha: (issue) => watch(store.issueCaptcha(issue)),
    peekCaptcha: (uuid) => watch(store.peekCaptcha(uuid)),
    reserveSend: async (reservation) => {
      const reserved = await watch(store.reserveSend(reservation));
      if (reserved.status !== 'ok') return reserved;
      const { countedAt, previous, chargedAt, ...rest } = reserved;
      return {
        ...rest,
        countedAt: countedAt.map((at) => at + agedMs()),
        ...(chargedAt !== undefined && { chargedAt: chargedAt + agedMs() }),
        ...(previous && { previous: { ...previous, expiresAt: previous.expiresAt + agedMs() } }),
      };
    },
    refundSend: ({ countedAt, previous, allowance, ...refund }) =>
      watch(
        store.refundSend({
          ...refund,
          countedAt: countedAt.map((at) => at - agedMs()),
          ...(allowance && { allowance: { ...allowance, sentAt: allowance.sentAt - agedMs() } }),
          ...(previous && { previous: { ...previous, expiresAt: previous.expiresAt - agedMs() } }),
        }),
      ),
    checkCode: (check) => watch(store.checkCode(check)),
    noteMessage: (...args) => watch(store.noteMessage(...args)),
    readMessage: (smsId) => watch(store.readMessage(smsId)),
    linkMessage: (...args) => watch(store.linkMessage(...args)),
    linkedMessage: (reference) => watch(store.linkedMessage(reference)),
    startInbound: (start) => watch(store.startInbound(start)),
    confirmInbound: (arrival) => watch(store.confirmInbound(arrival)),
    inboundStatus: async (question) => {
      const told = await watch(store.inboundStatus(question));
      return told.status === 'confirmed' ? { ...told, at: told.at + agedMs() } : told;
    },
    ping: () => store.ping(),
    close: () => store.close(),
    operator: store.operator,
  };
}
