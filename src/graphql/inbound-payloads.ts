import 'reflect-metadata';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { InboundChallenge, VerificationResult } from './payloads';

export enum InboundState {
  WAITING = 'WAITING',
  CONFIRMED = 'CONFIRMED',
  EXPIRED = 'EXPIRED',
}

registerEnumType(InboundState, {
  name: 'InboundState',
  description: 'What became of a message that a person was asked to send.',
  valuesConfig: {
    WAITING: { description: 'It has not arrived yet.' },
    CONFIRMED: { description: 'It came from the mobile, which is confirmed.' },
    EXPIRED: {
      description:
        'There is no such request of this uuid, mobile and purpose: its ten minutes are over, another one of that purpose was confirmed, or it never was.',
    },
  },
});

@ObjectType('InboundVerificationStarted', {
  implements: VerificationResult,
  description: 'What became of a request to confirm a mobile by a message of its own.',
})
export class InboundVerificationStarted extends VerificationResult {
  @Field(() => InboundChallenge, { nullable: true, description: 'What to send; null where reason is not OK.' })
  inbound?: InboundChallenge | null;
}

@ObjectType('InboundVerificationStatus', {
  implements: VerificationResult,
  description: 'How far such a request is: code is 200 once the mobile is confirmed, and only then.',
})
export class InboundVerificationStatus extends VerificationResult {
  @Field(() => InboundState, { nullable: true, description: 'Null where that is not known.' })
  state?: `${InboundState}` | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Signed proof (JWT) that this mobile was confirmed, the same one at every answer; null unless the server is set up for it.',
  })
  ticket?: string | null;
}
