import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { adminOpenApi } from 'tollgate'

export const OPENAPI_FILE: string = join(import.meta.dirname, '../docs/reference/admin-openapi.json')

/** The document of the admin API, as it is committed. */
export function openApiText(): string {
  return `${JSON.stringify(adminOpenApi(), null, 2)}\n`
}

if (import.meta.main) writeFileSync(OPENAPI_FILE, openApiText())
