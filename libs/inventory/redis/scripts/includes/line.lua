-- One line of a hold or of a journal entry: `variant=quantity=terms`.
local LINE = '([^=,|]+)=(%-?%d+)=([^,|]*)'
