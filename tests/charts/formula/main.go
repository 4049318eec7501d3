// Compiles and runs formulas of scalingModifiers with the engine and in the way KEDA does, for tests/charts.
//
// Standard input: {"formula": "…", "triggers": ["lag_0", …], "cases": [{"lag_0": 1.5, "arrival": null}, …]}
// Standard output: the results, null where KEDA would take its fallback. Anything wrong ends with 1.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/expr-lang/expr"
)

type question struct {
	Formula  string           `json:"formula"`
	Triggers []string         `json:"triggers"`
	Cases    []map[string]any `json:"cases"`
}

func answer(asked question) ([]any, error) {
	// As KEDA's castToFloatIfNecessary writes a formula with ?? anew.
	formula := fmt.Sprintf("let _kedaCompositeResult = (%s); _kedaCompositeResult == nil ? nil : float(_kedaCompositeResult)", asked.Formula)
	known := make(map[string]float64)
	for _, name := range asked.Triggers {
		known[name] = -1.0
	}
	program, err := expr.Compile(formula, expr.Env(known))
	if err != nil {
		return nil, err
	}
	if _, err := expr.Run(program, known); err != nil {
		return nil, err
	}
	results := make([]any, 0, len(asked.Cases))
	for _, values := range asked.Cases {
		result, err := expr.Run(program, values)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

func main() {
	var asked question
	err := json.NewDecoder(os.Stdin).Decode(&asked)
	if err == nil {
		var results []any
		if results, err = answer(asked); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(results)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
