-- What a reply has told in lists of words, as a text that is kept with its reservation: a repeat tells it again.
local function to_told(lists)
  local texts = {}
  for at, words in ipairs(lists) do texts[at] = table.concat(words, ' ') end
  return table.concat(texts, ';')
end
