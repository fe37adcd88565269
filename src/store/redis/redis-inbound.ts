import type {
  InboundArrival,
  InboundConfirmed,
  InboundQuestion,
  InboundStart,
  InboundStarted,
  InboundStatus,
} from '../inbound-requests';
import type { StoreKeys } from '../keys';
import { LONGEST_CODE_LIFE_MS, normalisedAnswer } from '../store';
import type { RedisCommands, Reply, RunOptions } from './redis-commands';

/** Messages from mobiles: all that belongs to one lives in the mobile's slot, so that each step is one script on a cluster too. */
export class RedisInbound {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
  ) {}

  async start(
    { uuid, mobile, purpose, code, ttlMs, ticketId, asker, captcha }: InboundStart,
    within: RunOptions = {},
  ): Promise<InboundStarted> {
    const { keys } = this;
    const solved = captcha?.solved ?? [];
    const [status] = await this.commands.run(
      'inbound_start',
      [
        keys.inbound(mobile, uuid),
        keys.inboundCode(mobile, code),
        keys.ended(mobile, purpose),
        ...(captcha ? [keys.captcha(uuid), ...solved.map((limit) => keys.limit(limit))] : []),
      ],
      [
        captcha ? normalisedAnswer(captcha.answer) : '',
        code,
        purpose,
        ticketId,
        uuid,
        [ttlMs, ...solved.flatMap(({ cap, lengthMs }) => [cap, lengthMs])].join(','),
        ...(asker ? [asker.client, asker.network, asker.parent] : []),
      ],
      within,
    );
    return { status: status as InboundStarted['status'] };
  }

  /** `settle`: who settles allowances, see inbound_confirm.lua; the whole reply goes with the answer for those who do it themselves. */
  async confirm(
    { mobile, purpose, code, keepMs, person }: InboundArrival,
    settle: 'here' | 'told',
  ): Promise<{ confirmed: InboundConfirmed; reply: Reply }> {
    const { keys } = this;
    const waiting = keys.inboundCode(mobile, code);
    const reply = await this.commands.run(
      'inbound_confirm',
      [
        waiting,
        keys.ended(mobile, purpose),
        keys.code(mobile),
        keys.latest(mobile),
        keys.unpaid(mobile),
        person && settle === 'here' ? keys.person(person) : waiting,
      ],
      [
        code,
        purpose,
        `${keepMs},${LONGEST_CODE_LIFE_MS}`,
        keys.inbound(mobile, ''),
        person ? settle : '',
        keys.scriptPrefix,
      ],
    );
    const [status, , uuid] = reply;
    const confirmed: InboundConfirmed =
      status === 'ok' || status === 'again' ? { status, uuid: String(uuid) } : { status: 'none' };
    return { confirmed, reply };
  }

  async status({ uuid, mobile, purpose }: InboundQuestion): Promise<InboundStatus> {
    const [status, , at, ticketId] = await this.commands.run(
      'inbound_status',
      [this.keys.inbound(mobile, uuid), this.keys.ended(mobile, purpose)],
      [purpose],
    );
    if (status === 'confirmed') return { status, at: Number(at), ticketId: String(ticketId) };
    return { status: status === 'waiting' ? 'waiting' : 'expired' };
  }
}
