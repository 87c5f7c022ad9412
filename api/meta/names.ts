/** Names and namespaces: which rule a kind's names follow, and what it says about one. */
import type { NameRule } from '../kinds/row.js';
import { dns1035Label, dns1123Label, dns1123Subdomain, pathSegment } from '../validation/strings.js';

const rules: Record<NameRule, (name: string) => string[]> = {
  dns1123Subdomain,
  dns1123Label,
  dns1035Label,
  pathSegment,
};

/** What is wrong with the name; nothing when it is good. */
export const validateName = (rule: NameRule, name: string): string[] => rules[rule](name);

/** generateName is the start of a name: a dash at its end is fine, for more follows. */
export const validateNamePrefix = (rule: NameRule, prefix: string): string[] =>
  rules[rule](prefix.endsWith('-') && rule !== 'pathSegment' ? `${prefix.slice(0, -1)}a` : prefix);

/** How long a name may be that is generated: 63, less the five random characters. */
export const longestGeneratedPrefix = 58;

/** 'web-' and 'x7k2p' to 'web-x7k2p'; what is too long is cut, so that the name stays a label. */
export const generatedName = (prefix: string, suffix: string): string =>
  `${prefix.slice(0, longestGeneratedPrefix)}${suffix}`;
