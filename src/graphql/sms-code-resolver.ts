import 'reflect-metadata';
import { Args, Ctx, Mutation, Resolver } from 'type-graphql';
import type { SmsCodeService } from '../verification/sms-code-service';
import { refusal, SendSmsCodeArgs, VerifySmsCodeArgs } from './arguments';
import type { GraphqlContext } from './context';
import { payload, SmsCodeSent, SmsCodeVerified } from './payloads';

@Resolver()
export class SmsCodeResolver {
  constructor(private readonly smsCodes: SmsCodeService) {}

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
    const reason = refusal(args);
    const request = { ...args, uuid: args.uuid ?? undefined };
    const result = reason ? { reason } : await this.smsCodes.verify(request, context);
    return payload(result, 'verifySmsCode', context.language);
  }
}
