import { runParts } from '../run-parts.ts'
import { PARTS } from './parts.ts'

await runParts({ parts: PARTS, command: 'npm run bench:wire' })
