/** resolv.conf, the file that says whom a machine asks for names. */

export interface DnsConfig {
  servers: string[];
  searches: string[];
  options: string[];
}

export function parseResolvConf(text: string): DnsConfig {
  const config: DnsConfig = { servers: [], searches: [], options: [] };
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && words[0]) config.servers.push(words[0]);
    if (keyword === 'search') config.searches = words;
    if (keyword === 'options') config.options.push(...words);
  }
  return config;
}
