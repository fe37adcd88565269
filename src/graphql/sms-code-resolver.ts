import 'reflect-metadata';
import { Args, Ctx, Mutation, Resolver } from 'type-graphql';
import { MAINLAND_NUMBERING, type Numbering } from '../sms/numbering';
import type { SmsCodeService } from '../verification/sms-code-service';
import { checkedArguments, SendSmsCodeArgs, VerifySmsCodeArgs } from './arguments';
import type { GraphqlContext } from './context';
import { payload, SmsCodeSent, SmsCodeVerified } from './payloads';

@Resolver()
export class SmsCodeResolver {
  constructor(
    private readonly smsCodes: SmsCodeService,
    private readonly numbering: Numbering = MAINLAND_NUMBERING,
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
    const result = 'reason' in checked ? checked : await this.smsCodes.send(checked.args, context);
    return payload(result, 'sendSmsCode', context.language);
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
