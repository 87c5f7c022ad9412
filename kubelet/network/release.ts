/** Gives back what the network plug-ins have made for a sandbox that nobody knows any more. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface ConfigList {
  cniVersion: string;
  name: string;
  plugins: { type: string }[];
}

/**
 * The plug-ins find addresses and host ports by the sandbox's id; its network namespace, and the cable into it, need
 * not be there any more. Throws when a plug-in refuses.
 */
export async function releaseNetwork(sandbox: string, configFile: string, cniDir: string): Promise<void> {
  const { plugins, ...network } = JSON.parse(await readFile(configFile, 'utf8')) as ConfigList;
  // As the runtime does it: the last one first.
  for (const plugin of plugins.toReversed()) await runPlugin(sandbox, { ...network, ...plugin }, cniDir);
}

function runPlugin(sandbox: string, config: { type: string }, cniDir: string): Promise<void> {
  const env = {
    ...process.env,
    CNI_COMMAND: 'DEL',
    CNI_CONTAINERID: sandbox,
    CNI_IFNAME: 'eth0',
    CNI_NETNS: '',
    CNI_PATH: cniDir,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(join(cniDir, config.type), { env, stdio: ['pipe', 'pipe', 'ignore'] });
    let said = '';
    child.stdout.on('data', chunk => {
      said += String(chunk);
    });
    child.once('error', reject);
    child.once('close', code =>
      code === 0
        ? resolve()
        : reject(new Error(`the network plug-in ${config.type} did not release sandbox ${sandbox}: ${said.trim()}`)),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(config));
  });
}
