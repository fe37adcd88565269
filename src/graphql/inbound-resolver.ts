import 'reflect-metadata';
import { Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { MAINLAND_NUMBERING, type Numbering } from '../sms/numbering';
import type { InboundService } from '../verification/inbound-service';
import { Reason } from '../verification/reasons';
import { checkedArguments, InboundStatusArgs, SendSmsCodeArgs } from './arguments';
import type { GraphqlContext } from './context';
import { InboundVerificationStarted, InboundVerificationStatus } from './inbound-payloads';
import { payload } from './payloads';

const NOT_OFFERED = { reason: Reason.INBOUND_NOT_OFFERED };

@Resolver()
export class InboundResolver {
  /** @param inbound absent: nobody can confirm a mobile that way. */
  constructor(
    private readonly inbound?: InboundService,
    private readonly numbering: Pick<Numbering, 'parse'> = MAINLAND_NUMBERING,
  ) {}

  @Mutation(() => InboundVerificationStarted, {
    description:
      'Tells what to send from the mobile in order to confirm it, if the captcha is solved; the captcha is spent by the attempt. Only where verificationSettings.inbound says so.',
  })
  async startInboundVerification(
    @Args(() => SendSmsCodeArgs) args: SendSmsCodeArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<InboundVerificationStarted> {
    const checked = checkedArguments(args, this.numbering);
    const result = 'reason' in checked ? checked : ((await this.inbound?.start(checked.args, context)) ?? NOT_OFFERED);
    return payload(result, 'startInboundVerification', context.language);
  }

  @Query(() => InboundVerificationStatus, {
    description: 'Whether the message has arrived that the person was asked to send. Counted by no limit.',
  })
  async inboundStatus(
    @Args(() => InboundStatusArgs) args: InboundStatusArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<InboundVerificationStatus> {
    const checked = checkedArguments(args, this.numbering);
    const result = 'reason' in checked ? checked : ((await this.inbound?.status(checked.args)) ?? NOT_OFFERED);
    return payload(result, 'inboundStatus', context.language);
  }
}
