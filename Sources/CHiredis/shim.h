#pragma once
// The reader of replies alone; why not the connections of hiredis is in docs/decisions.
#include <hiredis/read.h>
