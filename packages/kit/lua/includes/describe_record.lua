-- @include contribution
-- @include from_amounts
--
-- A record for the reply.
local function describe_record(id, record)
  local charged = { contribution(record, 1)[1], contribution(record, 2)[1], contribution(record, 3)[1] }
  return { id, record.st, record.owner, record.path, record.memo, record.label, from_amounts(record.a),
    from_amounts(charged), from_amounts(record.o), from_amounts(record.u), record.at, record.ended, record.ttl,
    record.shapes, record.windows }
end
