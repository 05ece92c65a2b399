import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** Load a package as it is built, in a process that takes itself for another Node. */
function loaded(specifier: string, version: string) {
  const code = `
    const { versions } = process
    Object.defineProperty(process, 'version', { value: 'v${version}' })
    Object.defineProperty(process, 'versions', { value: { ...versions, node: '${version}' } })
    require('${specifier}')
    console.log('loaded')`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  return { stdout, stderr }
}

/** Each way to what an older Node has not got: SQLite, and what undici is built on. */
const DOORS = ['@tollgate/kit', '@tollgate/kit/ledger/sqlite', '@tollgate/kit/stages/provider-failover']

it.each(DOORS)('%s says which Node it needs before it fails for want of it', (door) => {
  expect(loaded(door, '20.20.2').stderr).toContain('@tollgate/kit needs Node >= 22.19, and this is v20.20.2.')
  expect(loaded(door, '22.18.0').stderr).toContain('needs Node >= 22.19')
  expect(loaded(door, '22.19.0').stdout).toBe('loaded\n')
})
