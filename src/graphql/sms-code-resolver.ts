import 'reflect-metadata';
import { Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { InboundService } from '../verification/inbound-service';
import type { SmsCodeService } from '../verification/sms-code-service';
import { refusal, SendSmsCodeArgs, VerifySmsCodeArgs } from './arguments';
import type { GraphqlContext } from './context';
import { InboundChallenge, payload, SmsCodeSent, SmsCodeVerified } from './payloads';

type Offer = () => Promise<InboundChallenge | undefined> | undefined;

@Resolver(() => SmsCodeSent)
export class SmsCodeResolver {
  /** @param otherWay what a person may do where no code came; absent: nothing. */
  constructor(
    private readonly smsCodes: SmsCodeService,
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
    const reason = refusal(args);
    const result = reason ? { reason } : await this.smsCodes.send(args, context);
    let offered: Promise<InboundChallenge | undefined> | undefined;
    const offer = () => {
      offered ??= this.otherWay?.offerAfter(result.reason, args, context);
      return offered;
    };
    return Object.assign(payload(result, 'sendSmsCode', context.language), { offer });
  }

  /** Nobody is made to wait for a text unless the client asks for this field, which it may do twice under two names. */
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
    const reason = refusal(args);
    const request = { ...args, uuid: args.uuid ?? undefined };
    const result = reason ? { reason } : await this.smsCodes.verify(request, context);
    return payload(result, 'verifySmsCode', context.language);
  }
}
