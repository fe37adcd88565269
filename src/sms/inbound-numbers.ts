/** Mainland carriers by their English initials: China Mobile, China Unicom, China Telecom. */
const CARRIERS = ['CMCC', 'CUCC', 'CTCC'] as const;
type Carrier = (typeof CARRIERS)[number];

/**
 * The carrier that a mainland prefix was given to (Ministry of Industry and Information Technology). Numbers keep their prefix when a
 * person takes them to another carrier; 170, 165 and others are shared by many.
 */
const PREFIXES: Readonly<Record<Carrier, string>> = {
  CMCC: '134 135 136 137 138 139 147 148 150 151 152 157 158 159 172 178 182 183 184 187 188 195 197 198',
  CUCC: '130 131 132 145 146 155 156 166 171 175 176 185 186 196',
  CTCC: '133 149 153 173 174 177 180 181 189 190 191 193 199',
};

/** Numbers to send a text to, by carrier or country; '' for everyone else. */
export type InboundNumbers = ReadonlyMap<string, string>;

export interface InboundSettings {
  numbers: InboundNumbers;
  /** Whether it can be asked for without a send that failed. */
  always: boolean;
  /** Countries whose networks are trusted with who sent a message, ISO 3166-1 alpha-2. */
  countries: readonly string[];
}

/**
 * Reads `1069012345678`, or `CMCC:1069…,CUCC:1069…,HK:+852…,1069…`.
 * @throws Error that completes "NAME ...".
 */
export function inboundNumbers(text: string): InboundNumbers {
  const numbers = new Map<string, string>();
  for (const item of text.split(',').map((part) => part.trim())) {
    if (item === '') continue;
    const [, name = '', number] = /^(?:([A-Z]{2}|CMCC|CUCC|CTCC):)?(\+?\d{3,21})$/.exec(item) ?? [];
    if (!number) {
      throw new Error(
        `must hold numbers such as 1069012345678, CMCC:1069012345678 or HK:+85212345678, not ${JSON.stringify(item)}`,
      );
    }
    if (numbers.has(name)) throw new Error(`has two numbers for ${name || 'everyone else'}`);
    numbers.set(name, number);
  }
  if (numbers.size === 0) throw new Error('holds no number');
  return numbers;
}

/** The number that this mobile is to send its text to; undefined where there is none for it. */
export function inboundNumberFor(numbers: InboundNumbers, mobile: string, country: string): string | undefined {
  const carrier =
    country === 'CN' ? CARRIERS.find((name) => PREFIXES[name].split(' ').includes(mobile.slice(0, 3))) : undefined;
  return (carrier && numbers.get(carrier)) ?? numbers.get(country) ?? numbers.get('');
}
