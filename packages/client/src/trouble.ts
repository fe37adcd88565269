/** Languages of errmsg, as Accept-Language spells them. */
export type Language = 'zh-CN' | 'en';

/** Why there is no payload: no network here, no answer from there, or a GraphQL error. */
export type Trouble = 'OFFLINE' | 'UNREACHABLE' | 'REFUSED';

/** What a trouble says to a person; everything else that is said comes from the server. */
export const TROUBLES: Readonly<Record<Language, Readonly<Record<Trouble, string>>>> = {
  'zh-CN': {
    OFFLINE: '网络已断开，请检查网络后重试',
    UNREACHABLE: '连接不上服务器，请稍后重试',
    REFUSED: '请求没有被接受，请刷新页面后重试',
  },
  en: {
    OFFLINE: 'You are offline. Reconnect and retry',
    UNREACHABLE: 'The server cannot be reached. Retry in a moment',
    REFUSED: 'The request was refused. Reload and retry',
  },
};

/** The first of a person's languages that the server speaks, whatever the region; Chinese where it speaks none of them. */
export function preferredLanguage(preferred: readonly string[]): Language {
  const first = preferred.find((tag) => /^(zh|en)\b/i.test(tag)) as string;
  return /^en/i.test(first) ? 'en' : 'zh-CN';
}
