/**
 * Imported for what it says, and before everything else: what the rest imports fails under an older Node somewhere in its own
 * depths, with an error that names neither.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  throw new Error(
    `@tollgate/kit needs Node >= 22.19, and this is ${process.version}. In a checkout, npx node runs the one that npm ci has brought.`,
  )
}

export {}
