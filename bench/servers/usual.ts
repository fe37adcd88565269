/**
 * The same schema in the usual way: Apollo's standalone server, type-graphql with `validate: true`, a command of ioredis for each
 * thought, svg-captcha's own drawing. No limits but the cooldown, which races.
 */
import 'reflect-metadata';
import { randomInt, randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { Matches, MinLength } from 'class-validator';
import { Redis } from 'ioredis';
import svgCaptcha from 'svg-captcha';
import { Args, ArgsType, buildSchema, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';

const redis = new Redis(process.env.REDIS_URL ?? '');

@ObjectType()
class Answer {
  @Field(() => Int)
  code!: number;
  @Field(() => String)
  errmsg!: string;
  @Field(() => String)
  reason!: string;
  @Field(() => Int, { nullable: true })
  retryAfter?: number;
  @Field(() => Int, { nullable: true })
  expiresIn?: number;
  @Field(() => Int, { nullable: true })
  attemptsLeft?: number;
  @Field(() => ID, { nullable: true })
  uuid?: string;
  @Field(() => String, { nullable: true })
  image?: string;
}

@ArgsType()
class SendArgs {
  @Matches(/^1[3-9]\d{9}$/)
  @Field(() => String)
  mobile!: string;
  @MinLength(1)
  @Field(() => String)
  imageCode!: string;
  @MinLength(1)
  @Field(() => String)
  uuid!: string;
}

@ArgsType()
class VerifyArgs {
  @Matches(/^1[3-9]\d{9}$/)
  @Field(() => String)
  mobile!: string;
  @MinLength(1)
  @Field(() => String)
  smsCode!: string;
  @Field(() => String, { nullable: true })
  uuid?: string;
}

const answer = (reason: string): Answer => ({ code: reason === 'OK' ? 200 : 400, errmsg: reason, reason });

@Resolver()
class UsualResolver {
  @Query(() => Answer)
  async imageCaptcha(): Promise<Answer> {
    const { text, data } = svgCaptcha.create({ size: 5 });
    const uuid = randomUUID();
    await redis.set(`img:${uuid}`, text, 'EX', 300);
    const image = `data:image/svg+xml;base64,${Buffer.from(data).toString('base64')}`;
    return { ...answer('OK'), uuid, image, expiresIn: 300 };
  }

  @Mutation(() => Answer)
  async sendSmsCode(@Args(() => SendArgs) { mobile, imageCode, uuid }: SendArgs): Promise<Answer> {
    const text = await redis.get(`img:${uuid}`);
    if (text === null) return answer('CAPTCHA_EXPIRED');
    await redis.del(`img:${uuid}`);
    if (text.toLowerCase() !== imageCode.toLowerCase()) return answer('CAPTCHA_MISMATCH');
    if (await redis.get(`cooldown:${mobile}`)) return answer('TOO_FREQUENT');
    await redis.set(`cooldown:${mobile}`, 1, 'EX', 60);
    await redis.set(`sms:${mobile}`, randomInt(1_000_000).toString().padStart(6, '0'), 'EX', 300);
    return { ...answer('OK'), retryAfter: 60, expiresIn: 300 };
  }

  @Mutation(() => Answer)
  async verifySmsCode(@Args(() => VerifyArgs) { mobile, smsCode }: VerifyArgs): Promise<Answer> {
    const code = await redis.get(`sms:${mobile}`);
    if (code === null) return answer('SMS_CODE_EXPIRED');
    if (code !== smsCode) return answer('SMS_CODE_MISMATCH');
    await redis.del(`sms:${mobile}`);
    return answer('OK');
  }
}

async function main(): Promise<void> {
  const schema = await buildSchema({ resolvers: [UsualResolver], validate: true });
  await startStandaloneServer(new ApolloServer({ schema }), {
    listen: { port: Number(process.env.PORT), host: '127.0.0.1' },
  });
}

void main();
