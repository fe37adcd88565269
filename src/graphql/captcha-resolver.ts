import 'reflect-metadata';
import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { CaptchaService } from '../verification/captcha-service';
import type { GraphqlContext } from './context';
import { CaptchaKind, ImageCaptcha, payload } from './payloads';

@Resolver()
export class CaptchaResolver {
  constructor(private readonly captchas: CaptchaService) {}

  @Query(() => ImageCaptcha, {
    description:
      'Issues a captcha. POST only, and one per request: a request that asks for two guarded fields is refused.',
  })
  async imageCaptcha(
    @Arg('kind', () => CaptchaKind, { defaultValue: CaptchaKind.IMAGE, description: 'A picture, or speech.' })
    kind: CaptchaKind,
    @Ctx() context: GraphqlContext,
  ): Promise<ImageCaptcha> {
    const { client, language, device } = context;
    const result = await this.captchas.issue(kind, client, language, device);
    return payload(result, 'imageCaptcha', language);
  }
}
