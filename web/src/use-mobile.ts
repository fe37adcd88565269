import { computed, type Ref, ref } from 'vue';
import { internationalMobile, nationalMobile } from '../../packages/client/src/mobile';
import type { Language } from '../../packages/client/src/vue';
import type { PageConfig } from './page-config';
import { typedMobile } from './typed-text';

export interface Country {
  /** ISO 3166-1 alpha-2. */
  code: string;
  callingCode: string;
  name: string;
}

/** The number as a person types it, beside a menu of countries where the server takes more than one. */
export function useMobile(
  { countries: codes, callingCodes }: PageConfig['settings'],
  language: Language,
  mobile: Ref<string>,
) {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const countries = codes.map(
    (code, i): Country => ({ code, callingCode: callingCodes[i] ?? '', name: names.of(code) ?? code }),
  );
  const mainlandOnly = codes.length === 1 && codes[0] === 'CN';

  /** Whose calling code a number begins with; several countries may share one, and the menu says which is meant. */
  const countryOf = (number: string): Country | undefined =>
    number.startsWith('+')
      ? countries.find(({ callingCode }) => number.startsWith(`+${callingCode}`))
      : countries.find(({ code }) => code === 'CN');
  const country = ref<Country | undefined>((mobile.value && countryOf(mobile.value)) || countries[0]);
  const callingCode = () => country.value?.callingCode ?? '';

  const national = computed({
    get: () => (mainlandOnly ? mobile.value : nationalMobile(mobile.value, callingCode())),
    set(text: string) {
      const number = internationalMobile(text, callingCode());
      mobile.value = mainlandOnly || number === `+${callingCode()}` ? text : number;
    },
  });

  return {
    countries,
    mainlandOnly,
    national,
    country: computed({
      get: () => country.value?.code ?? '',
      set(code: string) {
        const typed = national.value;
        country.value = countries.find((one) => one.code === code);
        national.value = typed;
      },
    }),
    /** What stands in the field after this was typed or pasted. A number with its country chooses that in the menu. */
    typedNumber(text: string): string {
      if (mainlandOnly) return typedMobile(text);
      const number = internationalMobile(callingCode() === '86' ? typedMobile(text) : text, callingCode());
      const meant = countryOf(number);
      if (meant && meant.callingCode !== callingCode() && /^\s*(?:\+|＋|00)/.test(text)) country.value = meant;
      return number === `+${callingCode()}` ? '' : nationalMobile(number, callingCode());
    },
  };
}
