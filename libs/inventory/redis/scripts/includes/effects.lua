-- What a call does besides its own purpose. `left` bounds the holds it may touch, `touched` names variants with units
-- that came free.
local function new_effects()
  return { expired = {}, promoted = {}, touched = {}, left = 200 }
end
