/**
 * Replaces credentials inside a text by their shape, and bounds its length. Linear time: every pattern stops at a blank or a slash.
 */
export const redacted = '[redacted]';

const maxTextLength = 8_192;
const userInfo = /(:\/\/[^\s/@:]*:)[^\s/@]+@/g;
const scheme = /\b(bearer|basic)\s[\w.~+/=-]{8,}/gi;
const assignment =
  /\b(api[_-]?key|password|passwd|secret|access[_-]?token|refresh[_-]?token|token)(=|%3D)[^\s&"',;]+/gi;
const providerKey = /\b(sk-|ghp_|xox[abp]-|AKIA)[\w-]{12,}/g;

/** URL user info, bearer values, `api_key=...`, keys with well-known prefixes. Texts over 8,192 characters are cut. */
export function scrubText(text: string): string {
  const bounded =
    text.length > maxTextLength ? `${text.slice(0, maxTextLength)}[${text.length - maxTextLength} more]` : text;
  return bounded
    .replace(userInfo, `$1${redacted}@`)
    .replace(scheme, `$1 ${redacted}`)
    .replace(assignment, `$1$2${redacted}`)
    .replace(providerKey, `$1${redacted}`);
}
