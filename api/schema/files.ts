/** Where the build leaves the schemas: beside the sources, so that a run from them and from dist/ finds the same. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

const folder = join(projectRoot(), 'api/schema');

export const modelsFile = join(folder, 'models.generated.json');
export const descriptionsFile = join(folder, 'descriptions.generated.json');
