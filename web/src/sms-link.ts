/**
 * Opens the phone's messages with number and text filled in (RFC 5724). iOS wants the body behind an ampersand, Android behind a question
 * mark; either ignores the text in the other's form.
 */
export function smsLink(number: string, text: string, userAgent: string): string {
  const isApple = /iPhone|iPad|iPod|Macintosh/.test(userAgent);
  return `sms:${number}${isApple ? '&' : '?'}body=${encodeURIComponent(text)}`;
}
