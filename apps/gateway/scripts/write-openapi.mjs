/** Writes openapi.json at the repository root from the built contracts; `libs/contracts/src/api-openapi.spec.ts` holds it. */
import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../../../libs/contracts/dist/index.js';

writeFileSync(new URL('../../../openapi.json', import.meta.url), `${JSON.stringify(openApiDocument(), null, 2)}\n`);
