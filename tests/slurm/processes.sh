# Whether what start.sh launched still runs. Read by start.sh and stop.sh.

alive() { # alive PID START: the same process and not another one with its number
  [ "$(awk '$3 != "Z" {print $22}' "/proc/$1/stat" 2>/dev/null)" = "$2" ]
}

any_alive() { # any_alive FILE: any process that is noted there
  local pid start
  [ -s "$1" ] || return 1
  while read -r _ pid start; do
    if alive "$pid" "$start"; then return 0; fi
  done <"$1"
  return 1
}
