-- The revision that a document of the directory begins with: '0' where there is none.
local function revision_of(document)
  return document and string.match(document, '^%d+') or '0'
end
