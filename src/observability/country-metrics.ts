import { Counter, Gauge, type OpenMetricsContentType, type Registry } from 'prom-client';
import type { DomainEvent } from '../verification/events';

export interface CountrySettings {
  /** Whose numbers are taken: the only values that the label `country` has. */
  countries: readonly string[];
  /** Messages to a country in any 24 hours. */
  budgets: Readonly<Record<string, number>>;
}

/** What goes to each country, where there is more than one: whoever pumps messages picks a few, and confirms none. */
export class CountryMetrics {
  private readonly messages: Counter<'country' | 'outcome'>;
  private readonly verifications: Counter<'country' | 'reason'>;
  private readonly budgetUsed: Gauge<'country'>;

  constructor(registry: Registry<OpenMetricsContentType>, { countries, budgets }: CountrySettings) {
    const registers = [registry];
    this.messages = new Counter({
      name: 'sms_verification_country_messages_total',
      help: 'Messages by country and what became of them: accepted, refused, throttled, misconfigured, unknown.',
      labelNames: ['country', 'outcome'],
      registers,
    });
    this.verifications = new Counter({
      name: 'sms_verification_country_verifications_total',
      help: 'Codes checked, by country of the number and reason: OK, SMS_CODE_MISMATCH, SMS_CODE_EXPIRED, SMS_CODE_LOCKED.',
      labelNames: ['country', 'reason'],
      registers,
    });
    this.budgetUsed = new Gauge({
      name: 'sms_verification_country_budget_used',
      help: 'Messages to a country in the 24 hours before the last one that this server sent there: the highest of all servers is the one to read.',
      labelNames: ['country'],
      registers,
    });
    const limit = new Gauge({
      name: 'sms_verification_country_budget_limit',
      help: 'Messages to a country that any 24 hours may have (SMS_COUNTRY_BUDGETS); absent for one without a budget.',
      labelNames: ['country'],
      registers,
    });
    for (const country of countries) {
      this.messages.inc({ country, outcome: 'accepted' }, 0);
      this.verifications.inc({ country, reason: 'OK' }, 0);
    }
    for (const [country, budget] of Object.entries(budgets)) limit.set({ country }, budget);
  }

  observe(event: DomainEvent): void {
    switch (event.type) {
      case 'message-sent':
        this.messages.inc({ country: event.country, outcome: event.outcome.class });
        break;
      case 'code-verified':
        this.verifications.inc({ country: event.country, reason: event.reason });
        break;
      case 'budget-used':
        if (event.country) this.budgetUsed.set({ country: event.country }, event.used);
        break;
    }
  }
}
