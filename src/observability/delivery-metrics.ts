import { Counter, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';
import { DELIVERY_OUTCOMES } from '../sms/receipts';
import type { DomainEvent } from '../verification/events';

/** Seconds. A code that takes longer than it lives is of no use. */
const SECONDS = [1, 2, 3, 5, 8, 12, 20, 30, 60, 120, 300, 600, 3600];

/** What providers tell of messages afterwards. */
export class DeliveryMetrics {
  private readonly deliveries: Counter<'provider' | 'outcome' | 'carrier_code'>;
  private readonly duration: Histogram<'provider'>;
  private readonly ignored: Counter<'provider' | 'reason'>;

  /** @param providers those that receipts are taken from. */
  constructor(registry: Registry<OpenMetricsContentType>, providers: readonly string[]) {
    const registers = [registry];
    this.deliveries = new Counter({
      name: 'sms_verification_deliveries_total',
      help: 'First receipts of messages, by provider, outcome (delivered, temporary-failure, permanent-failure, technical-failure) and carrier_code, `other` where it is not listed.',
      labelNames: ['provider', 'outcome', 'carrier_code'],
      registers,
    });
    this.duration = new Histogram({
      name: 'sms_verification_delivery_duration_seconds',
      help: 'From the request for a message that was delivered until the phone had it, as the provider tells.',
      labelNames: ['provider'],
      buckets: SECONDS,
      registers,
    });
    this.ignored = new Counter({
      name: 'sms_verification_receipts_ignored_total',
      help: 'Receipts that changed nothing, by provider and reason: duplicate, foreign (no message of ours of the last 24 hours).',
      labelNames: ['provider', 'reason'],
      registers,
    });
    for (const provider of providers) {
      for (const outcome of DELIVERY_OUTCOMES) this.deliveries.inc({ provider, outcome, carrier_code: 'other' }, 0);
      this.duration.zero({ provider });
      for (const reason of ['duplicate', 'foreign']) this.ignored.inc({ provider, reason }, 0);
    }
  }

  observe(event: DomainEvent): void {
    switch (event.type) {
      case 'delivery-reported': {
        const { provider, outcome, carrierCode, seconds } = event;
        this.deliveries.inc({ provider, outcome, carrier_code: carrierCode });
        if (outcome === 'delivered') this.duration.observe({ provider }, seconds);
        break;
      }
      case 'receipt-ignored':
        this.ignored.inc({ provider: event.provider, reason: event.reason });
        break;
    }
  }
}
