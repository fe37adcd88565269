import 'reflect-metadata';
import { Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { MAINLAND_NUMBERING, type Numbering } from '../sms/numbering';
import type { InboundService } from '../verification/inbound-service';
import type { SmsCodeService } from '../verification/sms-code-service';
import { checkedArguments, SendSmsCodeArgs, VerifySmsCodeArgs } from './arguments';
import type { GraphqlContext } from './context';
import { InboundChallenge, payload, SmsCodeSent, SmsCodeVerified } from './payloads';

type Offer = () => Promise<InboundChallenge | undefined> | undefined;

@Resolver(() => SmsCodeSent)
export class SmsCodeResolver {
  /** @param otherWay what a person may do where no code came; absent: nothing. */
  constructor(
    private readonly smsCodes: SmsCodeService,
    private readonly numbering: Numbering = MAINLAND_NUMBERING,
    private readonly otherWay?: Pick<InboundService, 'offerAfter'>,
  ) {}

  @Mutation(() => SmsCodeSent, {
    description:
      'Sends a six-digit code by SMS if the captcha is solved. The captcha is spent by the attempt, right or wrong.',
  })
  async sendSmsCode(
    @Args(() => SendSmsCodeArgs) args: SendSmsCodeArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<SmsCodeSent> {
    const checked = checkedArguments(args, this.numbering);
    if ('reason' in checked) return payload(checked, 'sendSmsCode', context.language);
    const result = await this.smsCodes.send(checked.args, context);
    let offered: Promise<InboundChallenge | undefined> | undefined;
    const offer = () => {
      offered ??= this.otherWay?.offerAfter(result.reason, checked.args, context);
      return offered;
    };
    return Object.assign(payload(result, 'sendSmsCode', context.language), { offer });
  }

  /** The text is made only where the client selects this field, and once, even if the field is selected under two names. */
  @FieldResolver(() => InboundChallenge, { nullable: true })
  inbound(@Root() sent: SmsCodeSent & { offer?: Offer }): ReturnType<Offer> {
    return sent.offer?.();
  }

  @Mutation(() => SmsCodeVerified, {
    description:
      'Checks the code that a person typed against the request that asked for it. A right code works once, and ends every code of that mobile and purpose.',
  })
  async verifySmsCode(
    @Args(() => VerifySmsCodeArgs) args: VerifySmsCodeArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<SmsCodeVerified> {
    const checked = checkedArguments({ ...args, uuid: args.uuid ?? undefined }, this.numbering);
    const result = 'reason' in checked ? checked : await this.smsCodes.verify(checked.args, context);
    return payload(result, 'verifySmsCode', context.language);
  }
}
