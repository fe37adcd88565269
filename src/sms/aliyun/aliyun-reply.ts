import type { ProviderOutcomes } from '../provider-outcome';
import type { SdkReply } from '../provider-sdk-call';
import type { SmsOutcome } from '../sender';

/** What Aliyun answers when it took the message. */
export const ALIYUN_SUCCESS = 'OK';

/** The part of an SDK's answer that all Aliyun services have. */
export interface AliyunAnswer<Body extends { code?: string }> {
  statusCode?: number;
  body?: Body;
}

/** The outcome of one SDK call; `messageId` picks the id of an accepted message. */
export function readAliyunReply<Body extends { code?: string }>(
  outcomes: ProviderOutcomes,
  reply: SdkReply<AliyunAnswer<Body>>,
  messageId: (body: Body) => unknown,
): SmsOutcome {
  if (!('answer' in reply)) return readFailure(outcomes, reply);
  const { statusCode = 0, body } = reply.answer;
  if (statusCode < 200 || statusCode > 299) return outcomes.unconfirmed(`http-${statusCode}`);
  return body?.code === ALIYUN_SUCCESS
    ? outcomes.accepted(ALIYUN_SUCCESS, messageId(body))
    : outcomes.answered(body?.code);
}

/** The SDK throws for every HTTP status from 400; only below 500 does the code that it found in the body count. */
function readFailure(
  outcomes: ProviderOutcomes,
  { error, failure, sent }: { error?: unknown; failure: string; sent: boolean },
): SmsOutcome {
  if (!sent) return outcomes.neverSent(failure);
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown };
  const answered = typeof statusCode === 'number' && statusCode >= 400 && statusCode <= 499;
  return answered && code !== 'undefined' ? outcomes.answered(code) : outcomes.unconfirmed(failure);
}
