import 'reflect-metadata';
import { Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { InboundService } from '../verification/inbound-service';
import { Reason } from '../verification/reasons';
import { InboundStatusArgs, refusal, SendSmsCodeArgs } from './arguments';
import type { GraphqlContext } from './context';
import { InboundVerificationStarted, InboundVerificationStatus } from './inbound-payloads';
import { payload } from './payloads';

const NOT_OFFERED = { reason: Reason.INBOUND_NOT_OFFERED };

@Resolver()
export class InboundResolver {
  /** @param inbound absent: nobody can confirm a mobile that way. */
  constructor(private readonly inbound?: InboundService) {}

  @Mutation(() => InboundVerificationStarted, {
    description:
      'Tells what to send from the mobile in order to confirm it, if the captcha is solved; the captcha is spent by the attempt. Only where verificationSettings.inbound says so.',
  })
  async startInboundVerification(
    @Args(() => SendSmsCodeArgs) args: SendSmsCodeArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<InboundVerificationStarted> {
    const reason = refusal(args);
    const result = reason ? { reason } : ((await this.inbound?.start(args, context)) ?? NOT_OFFERED);
    return payload(result, 'startInboundVerification', context.language);
  }

  @Query(() => InboundVerificationStatus, {
    description: 'Whether the message has arrived that the person was asked to send. Counted by no limit.',
  })
  async inboundStatus(
    @Args(() => InboundStatusArgs) args: InboundStatusArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<InboundVerificationStatus> {
    const reason = refusal(args);
    const result = reason ? { reason } : ((await this.inbound?.status(args)) ?? NOT_OFFERED);
    return payload(result, 'inboundStatus', context.language);
  }
}
