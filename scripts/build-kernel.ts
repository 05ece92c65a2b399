import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import wabt from 'wabt'

const FOLDER = join(import.meta.dirname, '../packages/kit/src/cache/vectors/kernel')

/** The module that the kit loads, and where it lies. */
export const KERNEL_MODULE: string = join(FOLDER, 'scan-bytes.ts')

/** Characters of base64 on a line, so that a line of the module has the length of any other. */
const LINE = 104

/** Assemble `scan.wat` into the text of a TypeScript module that has its bytes. @throws Error that says what is wrong in it. */
export async function buildKernel(): Promise<string> {
  const assembler = await wabt()
  const source = readFileSync(join(FOLDER, 'scan.wat'), 'utf8')
  const module = assembler.parseWat('scan.wat', source, { simd: true })
  module.validate()
  const { buffer } = module.toBinary({})
  module.destroy()
  const lines = Buffer.from(buffer)
    .toString('base64')
    .match(new RegExp(`.{1,${LINE}}`, 'g'))!
  const text = lines.map((line) => `  '${line}'`).join(' +\n')
  return `// Made from scan.wat by scripts/build-kernel.ts.\n\n/** The bytes of \`scan.wat\`, in base64. */\nexport const SCAN_WASM: string =\n${text}\n`
}

if (import.meta.main) {
  writeFileSync(KERNEL_MODULE, await buildKernel())
  console.log(KERNEL_MODULE)
}
