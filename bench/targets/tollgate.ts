import { join } from 'node:path'
import { sqliteLedger } from '@tollgate/kit'
import { temporaryFolder } from '../processes/temporary-folder.ts'
import { serveWholeGateway } from './whole-gateway.ts'

/** The embedded store: everything in one file. */
const file = join(temporaryFolder(), 'tollgate.db')
await serveWholeGateway(sqliteLedger(file), file)
