import 'reflect-metadata';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import type { SendSmsCodeArgs, VerifySmsCodeArgs } from './arguments';
import { CaptchaResolver } from './captcha-resolver';
import type { GraphqlContext } from './context';
import { InboundResolver } from './inbound-resolver';
import type { CaptchaKind } from './payloads';
import { SettingsResolver } from './settings-resolver';
import { SmsCodeResolver } from './sms-code-resolver';

/** The executable schema over these resolvers. */
export function createSchema(resolvers: {
  captcha: CaptchaResolver;
  /** Absent: nobody can confirm a mobile by sending. */
  inbound?: InboundResolver;
  settings: SettingsResolver;
  smsCode: SmsCodeResolver;
}): GraphQLSchema {
  const instances = new Map<unknown, object>([
    [CaptchaResolver, resolvers.captcha],
    [InboundResolver, resolvers.inbound ?? new InboundResolver()],
    [SettingsResolver, resolvers.settings],
    [SmsCodeResolver, resolvers.smsCode],
  ]);
  const schema = buildSchemaSync({
    resolvers: [CaptchaResolver, SettingsResolver, SmsCodeResolver, InboundResolver],
    container: { get: (resolver) => instances.get(resolver) },
    // Arguments are checked in the resolvers: type-graphql's own validation answers with the arguments it was given.
    validate: false,
    // The check runs an introspection query at every start; a test runs one instead.
    skipCheck: true,
  });
  const { captcha, smsCode } = resolvers;
  call(schema.getQueryType(), 'imageCaptcha', ({ kind }: { kind: CaptchaKind }, context) =>
    captcha.imageCaptcha(kind, context),
  );
  call(schema.getMutationType(), 'sendSmsCode', (args: SendSmsCodeArgs, context) => smsCode.sendSmsCode(args, context));
  call(schema.getMutationType(), 'verifySmsCode', (args: VerifySmsCodeArgs, context) =>
    smsCode.verifySmsCode(args, context),
  );
  describe(schema.getQueryType(), 'What can be asked for without confirming anything.');
  describe(schema.getMutationType(), 'The two steps that confirm a mobile number.');
  return schema;
}

/**
 * Lets a root field call its resolver's method directly. type-graphql would make an instance of the arguments' class first, by way of
 * half a dozen promises, for methods that read its properties and nothing else.
 */
function call<Args>(
  type: GraphQLObjectType | null | undefined,
  name: string,
  method: (args: Args, context: GraphqlContext) => unknown,
): void {
  const field = type?.getFields()[name];
  if (field) field.resolve = (_source, args, context) => method(args, context);
}

/** type-graphql has no place for the descriptions of the root types. */
function describe(type: { description?: string | null } | null | undefined, description: string): void {
  if (type) type.description = description;
}
