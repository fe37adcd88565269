import type { GraphQLSchema } from 'graphql';
import type { Observer } from '../verification/events';
import type { Operation, Reason } from '../verification/reasons';

/** Tells `observe` of every answer of the API's operations, how long it took and its reason. Changes the schema in place. */
export function observeOperations(schema: GraphQLSchema, observe: Observer): void {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { resolve } = field;
      if (!resolve) continue;
      const operation = field.name as Operation;
      field.resolve = async (source, args, context, info) => {
        const started = performance.now();
        // Answers without a reason (the settings) are reported only where they fail.
        let reason: Reason | 'ERROR' | undefined = 'ERROR';
        try {
          const payload = (await resolve(source, args, context, info)) as { reason?: Reason };
          reason = payload.reason;
          return payload;
        } finally {
          if (reason)
            observe({ type: 'operation-answered', operation, reason, durationMs: performance.now() - started });
        }
      };
    }
  }
}
